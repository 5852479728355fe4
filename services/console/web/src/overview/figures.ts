import { formatDuration, formatNumber } from '../shell/index.js';

type Maybe = number | null | undefined;
const NONE = 'no data';
const shown = (value: Maybe, format: (value: number) => string) => (value == null ? NONE : format(value));

export const count = (value: Maybe) => shown(value, formatNumber);
/** What happens once a minute is not nothing. */
export const perSecond = (value: Maybe) =>
  shown(value, (rate) => `${rate > 0 && rate < 1 ? Number(rate.toPrecision(1)) : formatNumber(rate)}/s`);
export const age = (seconds: Maybe) => shown(seconds, (known) => formatDuration(known * 1_000));
export const cores = (value: Maybe) => shown(value, (known) => `${formatNumber(known * 100)} %`);
export const bytes = (value: Maybe) =>
  shown(value, (known) =>
    known >= 2 ** 30 ? `${formatNumber(known / 2 ** 30)} GiB` : `${formatNumber(Math.round(known / 2 ** 20))} MiB`,
  );
