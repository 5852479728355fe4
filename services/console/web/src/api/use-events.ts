import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

/** In ms. */
const RETRY_AFTER = 3_000;
/** In ms; the console sends a heartbeat every five seconds. */
const SILENT_AFTER = 12_000;

export interface LiveData<T> {
  /** The latest; undefined before the first. */
  data: T | undefined;
  /** When the latest came, in ms. */
  receivedAt: number | undefined;
  /** Since when the connection is lost, in ms; undefined while it is there. */
  lostAt: number | undefined;
}

/**
 * The latest of a stream of server-sent events, as JSON. It connects again by itself; what came last stays, with its time.
 * No connection while `url` is undefined or the tab is hidden, and none after `event: end`.
 */
export function useEvents<T>(url: string | undefined, event = 'message'): LiveData<T> {
  const [live, setLive] = useState<LiveData<T>>({ data: undefined, receivedAt: undefined, lostAt: undefined });
  const isVisible = useVisibility();
  const queries = useQueryClient();
  const latestUrl = useRef(url);
  useEffect(() => {
    if (latestUrl.current !== url) setLive({ data: undefined, receivedAt: undefined, lostAt: undefined });
    latestUrl.current = url;
    if (!url || !isVisible) return;
    let source: EventSource;
    let again: number | undefined;
    let silence: number | undefined;
    let hasEnded = false;
    const lose = (at: number) => setLive((last) => ({ ...last, lostAt: last.lostAt ?? at }));
    const heard = () => {
      const at = Date.now();
      window.clearTimeout(silence);
      silence = window.setTimeout(() => {
        lose(at);
        reopen();
      }, SILENT_AFTER);
    };
    const open = () => {
      source = new EventSource(url);
      heard();
      source.addEventListener('heartbeat', heard);
      source.addEventListener(event, (message: MessageEvent<string>) => {
        heard();
        setLive({ data: JSON.parse(message.data), receivedAt: Date.now(), lostAt: undefined });
      });
      source.addEventListener('error', () => {
        if (hasEnded) return;
        lose(Date.now());
        // After a response that is no stream, the browser gives up: who is signed out is asked to sign in.
        if (source.readyState !== EventSource.CLOSED) return;
        void queries.invalidateQueries({ queryKey: ['session'] });
        again = window.setTimeout(open, RETRY_AFTER);
      });
      source.addEventListener('end', () => {
        hasEnded = true;
        close();
      });
    };
    const close = () => {
      window.clearTimeout(again);
      window.clearTimeout(silence);
      source.close();
    };
    const reopen = () => {
      close();
      open();
    };
    open();
    return close;
  }, [url, event, isVisible, queries]);
  return live;
}

function useVisibility(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const update = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
  return isVisible;
}
