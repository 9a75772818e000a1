import { useEffect, useRef } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { isTyping } from '../../shared/keyboard';
import { withRange } from '../../shared/range';
import { usePages } from './usePages';

/** How long `g` waits for its letter. */
const SEQUENCE_MS = 1200;

interface Handlers {
  onPalette: () => void;
  onHelp: () => void;
}

/** Ctrl+K or ⌘K, `?`, and `g` followed by a page's letter. */
export function useShortcuts({ onPalette, onHelp }: Handlers): void {
  const navigate = useNavigate();
  const pages = usePages();
  const [params] = useSearchParams();
  const startedAt = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      if (event.key === '?') {
        event.preventDefault();
        onHelp();
        return;
      }
      if (event.key === 'g') {
        startedAt.current = event.timeStamp;
        return;
      }
      const waiting = startedAt.current > 0 && event.timeStamp - startedAt.current < SEQUENCE_MS;
      startedAt.current = 0;
      const page = waiting ? pages.find((each) => each.key === event.key) : undefined;
      if (!page) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void navigate(page.ranged ? withRange(page.path, params) : page.path);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [navigate, pages, params, onPalette, onHelp]);
}
