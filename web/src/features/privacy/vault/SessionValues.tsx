import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownReply } from '../../../api/generatedPrivacy';
import { ErrorState } from '../../../shared/components/ErrorState';
import { EntityMark } from '../../../shared/components/SafeText';
import { RevealDialog } from './RevealDialog';
import { usePlaceholders } from './usePlaceholders';
import { Values } from './Values';

/** The placeholders of one session; chosen ones are shown for a reason, until this is left. */
export function SessionValues({ session }: { session: string }) {
  const { t } = useTranslation();
  const { conversation, stands, problem, retry } = usePlaceholders(session);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<'chosen' | 'all'>();
  const [shown, setShown] = useState<ShownReply>();
  const choose = (placeholder: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(placeholder);
    else next.delete(placeholder);
    setChosen(next);
  };
  if (problem) return <ErrorState problem={problem} onRetry={retry} />;
  if (!stands) {
    return (
      <Box role="status" aria-label={t('state.loading')} sx={{ mt: 2 }}>
        <Skeleton variant="rounded" height="5rem" />
      </Box>
    );
  }
  return (
    <Box sx={{ mt: 2, display: 'grid', gap: 2 }}>
      {stands.length === 0 ? (
        <Alert role="note" severity="info" variant="outlined">
          {t('vault.values.unknown')}
        </Alert>
      ) : (
        <Box component="fieldset" sx={{ border: 0, m: 0, p: 0 }}>
          <Typography component="legend" variant="h3" sx={{ mb: 0.5 }}>
            {t('vault.values.title', { count: stands.length })}
          </Typography>
          <Box
            sx={{
              display: 'grid',
              columnGap: 2,
              gridTemplateColumns: 'repeat(auto-fill, minmax(11rem, 1fr))',
            }}
          >
            {stands.map(({ placeholder, type }) => (
              <FormControlLabel
                key={placeholder}
                control={
                  <Checkbox
                    size="small"
                    checked={chosen.has(placeholder)}
                    onChange={(_, on) => choose(placeholder, on)}
                  />
                }
                label={<EntityMark type={type} number={placeholder.match(/\d+/)?.[0]} />}
              />
            ))}
          </Box>
        </Box>
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <Button variant="outlined" disabled={chosen.size === 0} onClick={() => setAsking('chosen')}>
          {t('vault.values.chosen', { count: chosen.size })}
        </Button>
        <Button variant="text" onClick={() => setAsking('all')}>
          {t('vault.values.all')}
        </Button>
      </Box>
      {shown && <Values shown={shown} onHide={() => setShown(undefined)} />}
      {asking && (
        <RevealDialog
          target={conversation ? { conversation_id: session } : { session_id: session }}
          placeholders={asking === 'chosen' ? [...chosen] : undefined}
          onClose={() => setAsking(undefined)}
          onShown={(values) => {
            setAsking(undefined);
            setShown(values);
          }}
        />
      )}
    </Box>
  );
}
