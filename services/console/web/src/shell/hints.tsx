import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

/** What an element says when a pointer rests on it or it has the focus, and to screen readers. */
export const hint = (text: string) => ({ 'data-hint': text, 'aria-description': text, tabIndex: 0 });

interface Shown {
  element: HTMLElement;
  text: string;
}

/** The one tooltip of all elements with a hint: one for each of them would make long lists slow. */
export function Hints() {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    const listeners = new AbortController();
    const { signal } = listeners;
    const show = ({ target }: Event) => {
      if (!isInTooltip(target)) setShown(hintOf(target));
    };
    const hide = () => setShown(undefined);
    document.addEventListener('pointerover', show, { signal });
    document.documentElement.addEventListener('pointerleave', hide, { signal });
    document.addEventListener('focusin', show, { signal });
    document.addEventListener('focusout', hide, { signal });
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && hide(), { signal });
    return () => listeners.abort();
  }, []);
  const element = shown?.element;
  useEffect(() => {
    if (!element) return;
    const observer = new MutationObserver(() => setShown(hintOf(element)));
    observer.observe(element, { attributeFilter: ['data-hint'] });
    return () => observer.disconnect();
  }, [element]);
  return (
    shown && (
      <Tooltip target={shown.element} label={shown.text} className="hint" opened interactive multiline maw={320} />
    )
  );
}

function hintOf(target: EventTarget | null): Shown | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-hint]') : null;
  return element ? { element, text: element.dataset.hint! } : undefined;
}

/** The pointer may rest on what it says (WCAG 2.2, 1.4.13). */
const isInTooltip = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.hint') !== null;
