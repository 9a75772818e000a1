import { type RefObject, useEffect } from 'react';
import { isTyping } from '../keyboard';

const STEPS: Record<string, number> = { j: 1, k: -1 };

/** `j` and `k` move the focus over what is marked `data-row`: links that Enter opens, boxes that Space ticks. */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (step === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
      if (rows.length === 0) return;
      const present = rows.indexOf(document.activeElement as HTMLElement);
      const next = present === -1 ? (step > 0 ? 0 : rows.length - 1) : present + step;
      rows[Math.min(rows.length - 1, Math.max(0, next))]?.focus();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [list]);
}
