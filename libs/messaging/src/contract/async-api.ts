import { AMQP_PREFIX, KAFKA_PREFIX } from './cloud-event-attributes.js';
import { type Contract, type Queue, type TaskContract, type Topic, type Topology, unversioned } from './contract.js';
import { jsonSchemaOf } from './json-schema.js';

export interface AsyncApiOptions {
  title: string;
  version: string;
  description?: string;
  topology: Topology;
  contracts: readonly Contract[];
  /** Channels without a contract of their own, such as `supportingChannels(topology)`. Default: none. */
  supporting?: readonly SupportingChannel[];
}

/** A queue or topic that serves others: delayed retries, dead letters, decisions about them. */
export interface SupportingChannel {
  kind: 'queue' | 'topic';
  name: string;
  description: string;
  /** The channel whose messages it carries. */
  carries?: string;
  /** What it carries besides. */
  contracts?: readonly Contract[];
}

/**
 * The AsyncAPI 3.0 document of a system, out of the contracts that check its messages. It describes the system as a whole:
 * what it sends and receives, whichever of its services does it.
 */
export function asyncApiDocument({ topology, contracts, supporting = [], ...info }: AsyncApiOptions) {
  const versions = allVersions([...contracts, ...supporting.flatMap(({ contracts: own = [] }) => own)]);
  const at = (name: string) => versions.filter(({ destination }) => destination.name === name);
  const channels = [
    ...[...topology.topics, ...topology.queues].map((it) => [it.name, channelOf(it, at(it.name))]),
    ...supporting.map((it) => [it.name, supportingChannelOf(it, [...at(it.carries ?? ''), ...(it.contracts ?? [])])]),
  ];
  const operations = contracts.filter(({ kind }) => kind !== 'reply').map((it) => [nameOf(it), operationOf(it)]);
  const messages = versions.map((version) => [version.type, messageOf(version)]);
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    servers,
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
    components: { messages: Object.fromEntries(messages) },
  };
}

/** The deployment decides the addresses. */
const servers = {
  kafka: { host: '{brokers}', protocol: 'kafka', variables: { brokers: { default: '127.0.0.1:9092' } } },
  rabbitmq: {
    host: '{host}',
    protocol: 'amqp',
    protocolVersion: '0.9.1',
    variables: { host: { default: '127.0.0.1:5672' } },
  },
};

/** Earlier versions too: their messages may still arrive. */
function allVersions(contracts: readonly Contract[]): Contract[] {
  const chain = (contract: Contract): Contract[] => [
    contract,
    ...(contract.replaces ? chain(contract.replaces.contract) : []),
  ];
  return [...new Map(contracts.flatMap(chain).map((version) => [version.type, version])).values()];
}

function channelOf(destination: Topic | Queue, sent: readonly Contract[]) {
  return {
    ...addressOf(destination, sent),
    bindings: destination.kind === 'topic' ? topicBinding(destination) : queueBinding(destination),
  };
}

function supportingChannelOf(channel: SupportingChannel, sent: readonly Contract[]) {
  return {
    ...addressOf(channel, sent),
    description: channel.description,
    ...(channel.kind === 'queue' && { bindings: queueBinding(channel) }),
  };
}

const addressOf = ({ kind, name }: Pick<SupportingChannel, 'kind' | 'name'>, sent: readonly Contract[]) => ({
  address: name,
  servers: [ref('servers', kind === 'topic' ? 'kafka' : 'rabbitmq')],
  messages: Object.fromEntries(sent.map(({ type }) => [type, ref('components', 'messages', type)])),
});

const KAFKA_BINDING = '0.5.0';
const AMQP_BINDING = '0.3.0';

function topicBinding({ name, partitions, compacted }: Topic) {
  const topicConfiguration = { 'cleanup.policy': [compacted ? 'compact' : 'delete'] };
  return { kafka: { topic: name, partitions, topicConfiguration, bindingVersion: KAFKA_BINDING } };
}

function queueBinding({ name }: Pick<Queue, 'name'>) {
  const queue = { name, durable: true, exclusive: false, autoDelete: false, vhost: '/' };
  return { amqp: { is: 'queue', queue, bindingVersion: AMQP_BINDING } };
}

function operationOf(contract: Contract) {
  const operation = {
    action: contract.kind === 'event' ? 'send' : 'receive',
    channel: ref('channels', contract.destination.name),
    messages: allVersions([contract]).map(atChannel),
  };
  const { reply } = contract as TaskContract;
  if (!reply) return operation;
  return { ...operation, reply: { channel: ref('channels', reply.destination.name), messages: [atChannel(reply)] } };
}

function messageOf(contract: Contract) {
  const { type, kind } = contract;
  const name = unversioned(type).split('.').at(-1)!;
  const described = {
    name: type,
    title: name,
    contentType: 'application/json',
    payload: jsonSchemaOf(contract, 'draft-7'),
  };
  if (kind === 'event') return { ...described, headers: headersOf(contract, KAFKA_PREFIX), bindings: kafkaMessage };
  const amqp = { contentEncoding: 'utf-8', messageType: type, bindingVersion: AMQP_BINDING };
  const isCorrelated = kind === 'reply' || (contract as TaskContract).reply;
  return {
    ...described,
    headers: headersOf(contract, AMQP_PREFIX),
    ...(isCorrelated && { correlationId }),
    bindings: { amqp },
  };
}

const kafkaMessage = {
  kafka: {
    key: { type: 'string', description: 'The subject: events of one subject stay in order.' },
    bindingVersion: KAFKA_BINDING,
  },
};

const correlationId = {
  description: 'The AMQP property correlation_id; the reply repeats it. The reply to a task with reply_to goes there.',
  location: '$message.header#/correlation_id',
};

/** CloudEvents 1.0 in binary mode. */
function headersOf({ type }: Contract, prefix: string) {
  const attributes = {
    specversion: { type: 'string', const: '1.0' },
    id: { type: 'string', description: 'The same when the message is redelivered.' },
    type: { type: 'string', const: type },
    source: { type: 'string', format: 'uri-reference' },
    subject: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    dataschema: { type: 'string', format: 'uri' },
  };
  const named = Object.entries(attributes).map(([name, schema]) => [prefix + name, schema] as const);
  return {
    type: 'object',
    required: named.map(([name]) => name),
    properties: { ...Object.fromEntries(named), traceparent: { type: 'string' } },
  };
}

/** `sendOrderCreated`, `receiveReserveStock`; later versions append their number. */
function nameOf({ kind, type }: Contract): string {
  const [, name, version] = /\.(\w+)\.v(\d+)$/.exec(type)!;
  return `${kind === 'event' ? 'send' : 'receive'}${name}${version === '1' ? '' : `V${version}`}`;
}

const atChannel = ({ destination, type }: Contract) => ref('channels', destination.name, 'messages', type);

/** A JSON pointer into the document. Names of topics and queues have no slash or tilde in them. */
function ref(...path: string[]) {
  return { $ref: `#/${path.join('/')}` };
}
