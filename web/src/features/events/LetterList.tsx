import Skeleton from '@mui/material/Skeleton';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGatewayListDeadLettersQuery } from '../../api/generated';
import { Pager } from '../../shared/components/Pager';
import { QueryState } from '../../shared/components/QueryState';
import { AgainDialog } from './AgainDialog';
import { BulkBar } from './BulkBar';
import { DiscardDialog } from './DiscardDialog';
import { LetterTable } from './LetterTable';
import { countOf, keyOf, type Letter, POLL, type Summary, type Target } from './letters';
import { NothingParked } from './NothingParked';
import { useFilters } from './useFilters';
import { useMove } from './useMove';

const PAGE = 25;

interface Asked {
  what: 'again' | 'discard';
  target: Target;
}

interface Props {
  summary: Summary;
  mayMove: boolean;
  onNote: (note: string) => void;
}

/** A page of letters, what is selected of it, and the actions. */
export function LetterList({ summary, mayMove, onNote }: Props) {
  const { t } = useTranslation();
  const { filters, cursor, clear } = useFilters();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<Asked>();
  const { move, busy } = useMove();
  const query = useGatewayListDeadLettersQuery({ ...filters, cursor, limit: PAGE }, POLL);
  // What was moved meanwhile is no longer selected.
  const chosen = (query.currentData?.items ?? []).filter((letter) => ticked.has(keyOf(letter)));
  const fitting = countOf(summary, filters);
  const target = (): Target =>
    chosen.length > 0
      ? { count: chosen.length, letters: chosen }
      : { count: fitting, filter: { ...filters, until: summary.until } };
  const choose = (letters: Letter[], on: boolean) =>
    setTicked((old) => {
      const next = new Set(old);
      for (const letter of letters) {
        if (on) next.add(keyOf(letter));
        else next.delete(keyOf(letter));
      }
      return next;
    });
  const again = async (letter: Letter) => {
    const { done, problem } = await move({ count: 1, letters: [letter] });
    onNote(
      problem
        ? t('events.failed', { why: problem.detail ?? problem.title })
        : t('events.again.done', { count: done }),
    );
  };
  const close = () => setAsked(undefined);
  const dialog = asked && {
    target: asked.target,
    onClose: close,
    onDone: (note: string) => {
      close();
      setTicked(new Set());
      onNote(note);
    },
  };
  return (
    <>
      <BulkBar
        fitting={fitting}
        filtered={Object.keys(filters).length > 0}
        chosen={chosen.length}
        mayMove={mayMove}
        onAgain={() => setAsked({ what: 'again', target: target() })}
        onDiscard={() => setAsked({ what: 'discard', target: target() })}
        onNone={() => setTicked(new Set())}
      />
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="16rem" />}
        isEmpty={(page) => page.items.length === 0}
        empty={<NothingParked onClear={clear} />}
      >
        {(page) => (
          <>
            <LetterTable
              letters={page.items}
              chosen={ticked}
              mayMove={mayMove}
              busy={busy}
              onChoose={choose}
              onAgain={(letter) => void again(letter)}
              onDiscard={(letter) =>
                setAsked({ what: 'discard', target: { count: 1, letters: [letter] } })
              }
            />
            <Pager
              label={t('events.pages')}
              shown={t('events.shown', { count: page.items.length })}
              hint={t('events.hint')}
              next={page.next}
            />
          </>
        )}
      </QueryState>
      {dialog && asked.what === 'again' && <AgainDialog {...dialog} />}
      {dialog && asked.what === 'discard' && <DiscardDialog {...dialog} />}
    </>
  );
}
