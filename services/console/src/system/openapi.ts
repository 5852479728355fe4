import { arrayOf, json, problemsOf, record, types } from '@waybill/platform';

export const systemPaths = {
  '/system': {
    get: {
      operationId: 'getSystem',
      summary: 'The processes whose APIs are at /api/{process}/, and the web pages of servers',
      responses: {
        200: {
          description: 'The system',
          content: json(
            record({
              processes: arrayOf(types.text),
              pages: { type: 'object', additionalProperties: { type: 'string', format: 'uri' } },
            }),
          ),
        },
        ...problemsOf({ 401: 'The operator token is missing or wrong' }),
      },
    },
  },
};
