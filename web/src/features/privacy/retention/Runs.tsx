import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  usePrivacyCreateRunMutation,
  usePrivacyListRunsQuery,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import { ErrorState } from '../../../shared/components/ErrorState';
import { QueryState } from '../../../shared/components/QueryState';
import { RowLink, RowList } from '../../../shared/components/RowLink';
import { Section } from '../../../shared/components/Section';
import { Split } from '../../../shared/components/Split';
import { formatCount, formatDateTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import { RunDetail } from './RunDetail';

const PAGE = 10;
/** How often the list is read again while a run is under way. */
const POLL_MS = 3_000;

/** Asks for a run in earnest, after its word was typed. */
function Earnest({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const { t } = useTranslation();
  const [create, { isLoading, error }] = usePrivacyCreateRunMutation();
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const word = t('retention.run.word');
  const wrong = typed.trim().toLowerCase() !== word.toLowerCase();
  const confirm = async () => {
    setTried(true);
    if (wrong) return;
    const { data } = await create({ runRequest: { dry_run: false } });
    if (data) onMade(data.id);
  };
  return (
    <ConfirmDialog
      title={t('retention.run.title')}
      text={t('retention.run.confirmText')}
      confirm={t('retention.run.confirm')}
      busy={isLoading}
      problem={problemOf(error)}
      onClose={onClose}
      onConfirm={() => void confirm()}
    >
      <TextField
        autoFocus
        required
        label={t('retention.run.type', { word })}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={tried && wrong}
        slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
      />
    </ConfirmDialog>
  );
}

/** What is older than it may be: counted first, erased on request; and the runs so far. */
export function Runs() {
  const { t } = useTranslation();
  const { get, set, link } = useAddress();
  const [create, { isLoading, error }] = usePrivacyCreateRunMutation();
  const [earnest, setEarnest] = useState(false);
  const [open, setOpen] = useState(false);
  const query = usePrivacyListRunsQuery(
    { limit: PAGE, cursor: get('cursor') },
    {
      pollingInterval: open ? POLL_MS : 0,
      skipPollingIfUnfocused: true,
      refetchOnMountOrArgChange: true,
    },
  );
  const running = query.currentData?.items.some(({ status }) => status === 'running') ?? false;
  if (running !== open) setOpen(running);
  const run = get('run');
  const problem = problemOf(error);
  const preview = async () => {
    const { data } = await create({ runRequest: { dry_run: true } });
    if (data) set({ run: data.id });
  };
  return (
    <Section
      title={t('retention.run.heading')}
      text={t('retention.run.text')}
      actions={
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          <Button variant="outlined" loading={isLoading} onClick={() => void preview()}>
            {t('retention.run.preview')}
          </Button>
          <Button variant="outlined" color="error" onClick={() => setEarnest(true)}>
            {t('retention.run.open')}
          </Button>
        </Box>
      }
    >
      {problem && <ErrorState problem={problem} />}
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="10rem" />}
        isEmpty={(page) => page.items.length === 0 && !run}
        empty={
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {t('retention.run.none')}
          </Typography>
        }
      >
        {(page) => (
          <Split
            list={
              <RowList label={t('retention.run.list')}>
                {page.items.map((one) => (
                  <RowLink key={one.id} to={link({ run: one.id })} current={one.id === run}>
                    <Typography variant="body2" component="span" sx={{ fontWeight: 600 }}>
                      {t(one.dry_run ? 'retention.run.dry' : 'retention.run.real')}
                      {one.status === 'running' && ` · ${t('retention.run.running')}`}
                    </Typography>
                    <Typography variant="caption" component="span">
                      {`${formatDateTime(one.created_at)} · ${one.actor} · `}
                      {t('retention.run.found', {
                        n: formatCount(one.classes.reduce((sum, { total }) => sum + total, 0)),
                      })}
                    </Typography>
                  </RowLink>
                ))}
              </RowList>
            }
            detail={run && <RunDetail key={run} id={run} />}
            prompt={t('retention.run.choose')}
            back={link({ run: undefined })}
          />
        )}
      </QueryState>
      {earnest && (
        <Earnest
          onClose={() => setEarnest(false)}
          onMade={(id) => {
            setEarnest(false);
            set({ run: id });
          }}
        />
      )}
    </Section>
  );
}
