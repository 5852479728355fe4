import { RouteConfig } from '@nestjs/platform-fastify';

/** Marks a route that needs the operator token. It is checked before the request's body is read. */
export const OperatorOnly = (): MethodDecorator => RouteConfig({ operatorOnly: true });
