export type {
  Consumer,
  ConsumerMessages,
  JetStreamClient,
  JetStreamManager,
  JsMsg,
  StreamConfig,
  StreamInfo,
} from '@nats-io/jetstream';
export type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
