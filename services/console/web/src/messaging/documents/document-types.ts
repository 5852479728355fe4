/** What the page shows of JSON Schema, OpenAPI 3.1 and AsyncAPI 3.0. Whatever else a document has is left out. */

export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
}

type Content = Readonly<Record<string, { schema?: Schema }>>;

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface HttpOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: readonly Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses?: Readonly<Record<string, { description?: string; content?: Content }>>;
}

export interface OpenApi {
  info: { title: string; description?: string };
  paths: Readonly<Record<string, Readonly<Record<string, HttpOperation>>>>;
  webhooks?: Readonly<Record<string, Readonly<Record<string, HttpOperation>>>>;
  components?: { schemas?: Readonly<Record<string, Schema>> };
}

interface Ref {
  $ref: string;
}

export interface Channel {
  address?: string | null;
  title?: string;
  description?: string;
  messages?: Readonly<Record<string, Ref>>;
}

export interface AsyncOperation {
  action: 'send' | 'receive';
  channel: Ref;
  summary?: string;
  title?: string;
  description?: string;
  messages?: readonly Ref[];
}

export interface AsyncMessage {
  name?: string;
  title?: string;
  summary?: string;
  description?: string;
  payload?: Schema | { schema: Schema };
  headers?: Schema;
}

export interface AsyncApi {
  info: { title: string; description?: string };
  channels?: Readonly<Record<string, Channel>>;
  operations?: Readonly<Record<string, AsyncOperation>>;
  components?: {
    messages?: Readonly<Record<string, AsyncMessage>>;
    schemas?: Readonly<Record<string, Schema>>;
  };
}

/** `X` of `#/components/schemas/X`. */
export const nameOf = (ref: string): string =>
  decodeURIComponent(ref.split('/').at(-1)!.replaceAll('~1', '/').replaceAll('~0', '~'));
