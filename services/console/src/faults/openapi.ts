import { arrayOf, json, problemsOf, problemsWithBody, record, ref, schemaOf, types } from '@waybill/platform';
import { FAULT_KINDS, FaultRequest, POISON_CLASSES } from './fault.requests.js';

const { text, time, uuid } = types;
const flag = { type: 'boolean' };
const maybeText = { type: ['string', 'null'] };
const maybeTime = { type: ['string', 'null'], format: 'date-time' };
const kind = { type: 'string', enum: FAULT_KINDS };

const unauthorized = { 401: 'The operator token is missing or wrong' };
const off = { 403: 'Faults are off: the launcher does not run this system, or FAULTS=off; readers may break nothing' };
const away = { 503: 'The launcher, a broker or a server does not respond' };

export const faultPaths = {
  '/faults': {
    get: {
      operationId: 'listFaults',
      summary: 'What can be broken on purpose, what is broken now, and what was',
      responses: {
        200: { description: 'The faults', content: json(ref('Faults')) },
        ...problemsOf({ ...unauthorized, ...away }),
      },
    },
    post: {
      operationId: 'injectFault',
      summary: 'Break something: a process, a server, connections; or send messages that fail',
      requestBody: {
        required: true,
        content: json(schemaOf(FaultRequest), { kind: 'pause', target: 'payment', seconds: 30 }),
      },
      responses: {
        201: { description: 'The fault; `endedAt` is null while it is in effect', content: json(ref('Fault')) },
        ...problemsWithBody({
          ...unauthorized,
          ...off,
          404: 'The launcher runs nothing of this name',
          409: 'It does not run, or there is no message to send yet',
          ...away,
        }),
      },
    },
  },
  '/faults/{id}': {
    delete: {
      operationId: 'undoFault',
      summary: 'Undo a fault before its time',
      parameters: [{ name: 'id', in: 'path', required: true, schema: uuid }],
      responses: {
        200: { description: 'The fault, which has ended', content: json(ref('Fault')) },
        ...problemsOf({
          ...unauthorized,
          ...off,
          404: 'No such fault',
          409: 'It has ended, or nothing is left to undo',
          ...away,
        }),
      },
    },
  },
};

export const faultSchemas = {
  Fault: record({
    id: uuid,
    kind,
    target: { ...text, description: 'Process, server, queue or topic' },
    detail: { ...text, description: 'What was done' },
    by: text,
    since: time,
    until: { ...maybeTime, description: 'When it is undone by itself; null: it is not, or ends otherwise' },
    endedAt: { ...maybeTime, description: 'Null while it is in effect' },
    undoable: flag,
  }),
  FaultTarget: record({
    name: text,
    kind: { type: 'string', enum: ['process', 'server'] },
    state: { type: 'string', enum: ['running', 'not-ready', 'starting', 'paused', 'slow', 'stopped'] },
    pid: { type: ['integer', 'null'] },
    runsSince: maybeTime,
    reason: { ...maybeText, description: 'Why it is not ready' },
    faults: { ...arrayOf(kind), description: 'What can be done to it now' },
    cuts: { ...arrayOf(text), description: 'Servers from which it can be cut off' },
  }),
  MessageTarget: record({
    name: text,
    kind: { type: 'string', enum: ['queue', 'topic'] },
    consumers: arrayOf(text),
    types: arrayOf(text),
    poison: { ...arrayOf({ type: 'string', enum: POISON_CLASSES }), description: 'Classes of failing messages' },
    duplicate: flag,
    fill: flag,
  }),
  Faults: record({
    available: flag,
    reason: { ...maybeText, description: 'Why nothing can be broken here' },
    targets: arrayOf(ref('FaultTarget')),
    messageTargets: arrayOf(ref('MessageTarget')),
    inEffect: arrayOf(ref('Fault')),
    recent: { ...arrayOf(ref('Fault')), description: 'The last 50 that have ended, latest first' },
  }),
};
