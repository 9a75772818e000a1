import VisibilityOffOutlined from '@mui/icons-material/VisibilityOffOutlined';
import VisibilityOutlined from '@mui/icons-material/VisibilityOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyGetTrafficQuery } from '../../../api/generatedPrivacy';
import { CopyButton } from '../../../shared/components/CopyButton';
import { EntityCounts } from '../../../shared/components/EntityCounts';
import { Facts } from '../../../shared/components/Facts';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';
import { formatCount, formatDateTime } from '../../../shared/format';
import { useMay } from '../../../shared/hooks/useMay';
import type { Passage as Kept } from './passages';
import { RevealDialog } from './RevealDialog';
import { Texts } from './Texts';
import { usePurposeName } from './usePurposeName';

function Receipt({ passage }: { passage: Kept }) {
  const { t } = useTranslation();
  const purposeName = usePurposeName();
  const { texts: _, ...facts } = passage;
  return (
    <Section
      title={t('traffic.receipt.title')}
      actions={
        <CopyButton text={JSON.stringify(facts, null, 2)} label={t('traffic.receipt.copy')} />
      }
    >
      <Facts
        rows={[
          [t('traffic.receipt.id'), passage.id],
          [t('traffic.receipt.at'), formatDateTime(passage.at)],
          [t('traffic.purposeLabel'), purposeName(passage.purpose)],
          [t('traffic.receipt.actor'), passage.actor],
          [t('traffic.receipt.session'), passage.session_id],
          [t('traffic.receipt.policy'), passage.policy_version],
          [t('traffic.receipt.digest'), passage.digest],
        ]}
      />
    </Section>
  );
}

function Shown({ passage }: { passage: Kept }) {
  const { t } = useTranslation();
  const may = useMay('privacy:reveal');
  const [asking, setAsking] = useState(false);
  // Held by this component alone, so that leaving the row or the page hides them again.
  const [originals, setOriginals] = useState<string[]>();
  const reveal = may && (
    <Button
      size="small"
      variant="outlined"
      startIcon={originals ? <VisibilityOffOutlined /> : <VisibilityOutlined />}
      onClick={() => (originals ? setOriginals(undefined) : setAsking(true))}
    >
      {t(originals ? 'traffic.reveal.hide' : 'traffic.reveal.open')}
    </Button>
  );
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Section
        title={t(originals ? 'traffic.both' : 'traffic.left')}
        text={
          passage.texts.length < passage.n
            ? t('traffic.some', {
                shown: formatCount(passage.texts.length),
                count: passage.n,
                n: formatCount(passage.n),
              })
            : undefined
        }
        actions={reveal}
        live
      >
        {originals && (
          <Alert role="note" severity="warning" variant="outlined" sx={{ mb: 2 }}>
            {t('traffic.reveal.audited')}
          </Alert>
        )}
        <Texts safe={passage.texts} originals={originals} />
        <Box sx={{ mt: 2.5 }}>
          <Typography variant="h3" sx={{ mb: 1 }}>
            {t('traffic.hidden')}
          </Typography>
          <EntityCounts label={t('traffic.hidden')} counts={passage.entities} />
        </Box>
      </Section>
      <Receipt passage={passage} />
      {asking && (
        <RevealDialog
          id={passage.id}
          onClose={() => setAsking(false)}
          onSeen={(texts) => {
            setAsking(false);
            setOriginals(texts);
          }}
        />
      )}
    </Box>
  );
}

/** One call: what left, how much was hidden, its receipt, and what it had been on request. */
export function Passage({ id }: { id: string }) {
  const query = usePrivacyGetTrafficQuery({ passageId: id });
  return (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="24rem" />}>
      {(passage) => <Shown passage={passage} />}
    </QueryState>
  );
}
