import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

/** What an element says when a pointer rests on it or it has the focus, and to screen readers. */
export const hint = (text: string) => ({ 'data-hint': text, 'aria-description': text, tabIndex: 0 });

/** The one tooltip of all elements with a hint: one for each of them would make long lists slow. */
export function Hints() {
  const [target, setTarget] = useState<HTMLElement>();
  useEffect(() => {
    const listeners = new AbortController();
    const { signal } = listeners;
    const show = (event: Event) => setTarget(hintedElement(event.target));
    const hide = () => setTarget(undefined);
    document.addEventListener('pointerover', show, { signal });
    document.addEventListener('focusin', show, { signal });
    document.addEventListener('focusout', hide, { signal });
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && hide(), { signal });
    return () => listeners.abort();
  }, []);
  return (
    target && (
      <Tooltip key={target.dataset.hint} target={target} label={target.dataset.hint} opened multiline maw={320} />
    )
  );
}

const hintedElement = (target: EventTarget | null): HTMLElement | undefined =>
  (target instanceof Element && target.closest<HTMLElement>('[data-hint]')) || undefined;
