import { z } from 'zod';

const SECRET = z.string().min(1).max(256);

/** The token of a role, or the code of a one-time link. */
export const SignInRequest = z.union([z.strictObject({ token: SECRET }), z.strictObject({ code: SECRET })]);

export const LinkRequest = z.strictObject({ role: z.enum(['operator', 'reader']).default('operator') });
