import { json, problemsOf, problemsWithBody, record, ref, schemaOf, types } from '@waybill/platform';
import { LinkRequest, SignInRequest } from './session.requests.js';

const role = { enum: ['operator', 'reader'] };
const unauthorized = { 401: 'The token is missing or wrong' };
const otherSite = { 403: 'The request comes from a page of another origin' };

export const sessionPaths = {
  '/session': {
    get: {
      operationId: 'getSession',
      summary: 'Who asks, by cookie or token; `role` is null for nobody',
      security: [],
      responses: { 200: { description: 'Who asks', content: json(ref('Session')) }, ...problemsOf() },
    },
    post: {
      operationId: 'signIn',
      summary: 'Sign in with a token, or with the code of a one-time link; sets the cookie of the page',
      security: [],
      requestBody: { required: true, content: json(schemaOf(SignInRequest)) },
      responses: {
        201: { description: 'Signed in', content: json(ref('Session')) },
        ...problemsWithBody({
          401: 'The token is wrong, or the link was used or has expired',
          ...otherSite,
          429: 'Too many wrong tokens',
        }),
      },
    },
    delete: {
      operationId: 'signOut',
      summary: 'Sign out',
      security: [],
      responses: { 204: { description: 'Signed out' }, ...problemsOf(otherSite) },
    },
  },
  '/session/links': {
    post: {
      operationId: 'newLink',
      summary: 'A link to the page that signs in once, within 10 minutes',
      requestBody: { content: json(schemaOf(LinkRequest)) },
      responses: {
        201: { description: 'The link', content: json(record({ url: types.text, expiresAt: types.time })) },
        ...problemsWithBody({ ...unauthorized, 403: 'Readers make no links' }),
      },
    },
  },
};

export const sessionSchemas = {
  Session: record({
    role: { enum: [...role.enum, null] },
    expiresAt: { type: ['string', 'null'], format: 'date-time' },
  }),
};
