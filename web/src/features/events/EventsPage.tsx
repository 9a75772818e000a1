import Card from '@mui/material/Card';
import Skeleton from '@mui/material/Skeleton';
import Snackbar from '@mui/material/Snackbar';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { useGatewaySummarizeDeadLettersQuery } from '../../api/generated';
import { PageHeader } from '../../shared/components/PageHeader';
import { QueryState } from '../../shared/components/QueryState';
import { useMay } from '../../shared/hooks/useMay';
import { FilterBar } from './FilterBar';
import { LetterList } from './LetterList';
import { POLL } from './letters';
import { NothingParked } from './NothingParked';
import { SummaryChips } from './SummaryChips';
import { useFilters } from './useFilters';

const NOTE_MS = 6_000;

/** Events that a handler kept refusing: see why, tell them again or give them up. */
export function EventsPage() {
  const { t } = useTranslation();
  const { search } = useLocation();
  const { filters, set, clear } = useFilters();
  const mayMove = useMay('events:admin');
  const [note, setNote] = useState('');
  const [noted, setNoted] = useState(false);
  const query = useGatewaySummarizeDeadLettersQuery(undefined, POLL);
  const tell = (text: string) => {
    setNote(text);
    setNoted(true);
  };
  return (
    <>
      <PageHeader title={t('events.title')} text={t('events.text')} />
      <QueryState
        query={query}
        skeleton={
          <Card sx={{ p: 2.5, display: 'grid', gap: 2 }}>
            <Skeleton variant="rounded" width="16rem" height="2rem" />
            <Skeleton variant="rounded" height="16rem" />
          </Card>
        }
        isEmpty={(summary) => summary.total === 0}
        empty={<NothingParked />}
      >
        {(summary) => (
          <>
            <SummaryChips
              summary={summary}
              chosen={filters.handler}
              onChoose={(handler) => set('handler', handler)}
            />
            <FilterBar summary={summary} filters={filters} onChange={set} onClear={clear} />
            <LetterList key={search} summary={summary} mayMove={mayMove} onNote={tell} />
          </>
        )}
      </QueryState>
      <Snackbar
        open={noted}
        message={note}
        autoHideDuration={NOTE_MS}
        onClose={(_, why) => why !== 'clickaway' && setNoted(false)}
        slotProps={{ content: { role: 'status' } }}
      />
    </>
  );
}
