import DownloadOutlined from '@mui/icons-material/DownloadOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyGetRequestQuery } from '../../../api/generatedPrivacy';
import { Facts } from '../../../shared/components/Facts';
import { QueryState } from '../../../shared/components/QueryState';
import { SafeText } from '../../../shared/components/SafeText';
import { Section } from '../../../shared/components/Section';
import { formatDateTime } from '../../../shared/format';
import { useMay } from '../../../shared/hooks/useMay';
import { Parts } from './Parts';
import { Receipt } from './Receipt';
import { type Asked, isLate, isOpen, POLL_MS } from './rights';
import { StatusChip } from './StatusChip';
import { useTargetName } from './useTargetName';

/** The file of an export goes straight from the server to the disk. */
function Download({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay('privacy:reveal');
  if (!may) {
    return (
      <Alert role="note" severity="info" variant="outlined" sx={{ mt: 2 }}>
        {t('requests.file.refused')}
      </Alert>
    );
  }
  return (
    <Alert role="note" severity="warning" variant="outlined" sx={{ mt: 2 }}>
      {t('requests.file.text')}
      <Box sx={{ mt: 1 }}>
        <Button
          component="a"
          href={`/v1/privacy/requests/${encodeURIComponent(id)}/file`}
          download
          variant="outlined"
          size="small"
          startIcon={<DownloadOutlined />}
        >
          {t('requests.file.get')}
        </Button>
      </Box>
    </Alert>
  );
}

function Shown({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const targetName = useTargetName();
  const [now] = useState(() => Date.now());
  const late = isLate(asked, now);
  const ended = asked.status === 'done' || asked.status === 'ready' || asked.status === 'expired';
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Section
        title={t(`requests.kind.${asked.kind}`)}
        actions={<StatusChip status={asked.status} />}
        live
      >
        {late && (
          <Alert role="note" severity="error" variant="outlined" sx={{ mb: 2 }}>
            {t('requests.lateText')}
          </Alert>
        )}
        <Facts
          rows={[
            [t('requests.fact.target'), targetName(asked.target)],
            [t('requests.fact.subject'), asked.subject ?? t('requests.fact.none')],
            [t('requests.fact.reason'), <SafeText key="reason" text={asked.reason} />],
            [t('requests.fact.actor'), asked.actor],
            [t('requests.fact.asked'), formatDateTime(asked.created_at)],
            [t('requests.fact.due'), formatDateTime(asked.due_at)],
            [
              t('requests.fact.done'),
              asked.done_at ? formatDateTime(asked.done_at) : t('requests.fact.notYet'),
            ],
            [t('requests.fact.id'), asked.id],
          ]}
        />
        {asked.status === 'ready' && <Download id={asked.id} />}
      </Section>
      <Parts parts={asked.parts} />
      {ended && <Receipt id={asked.id} />}
    </Box>
  );
}

/** One request: how far each service is, and in the end the receipt and the file. */
export function Request({ id }: { id: string }) {
  const [open, setOpen] = useState(true);
  const query = usePrivacyGetRequestQuery(
    { requestId: id },
    {
      pollingInterval: open ? POLL_MS : 0,
      skipPollingIfUnfocused: true,
      refetchOnMountOrArgChange: true,
    },
  );
  const running = query.currentData ? isOpen(query.currentData) : true;
  if (running !== open) setOpen(running);
  return (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="24rem" />}>
      {(asked) => <Shown asked={asked} />}
    </QueryState>
  );
}
