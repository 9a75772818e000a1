import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '../../../shared/components/ErrorState';
import { SafeText } from '../../../shared/components/SafeText';
import { Section } from '../../../shared/components/Section';
import { Differences } from './Differences';
import { TriedText } from './TriedText';
import type { Editing } from './useDrafts';
import { usePolicyTest } from './usePolicyTest';

/** Tries what is being written on a text, as it is typed; nothing of the text is kept. */
export function TestBox({ editing }: { editing: Editing }) {
  const { t } = useTranslation();
  const test = usePolicyTest(editing);
  const { tried, problem } = test;
  return (
    <Section
      title={t('policies.test.title')}
      text={t('policies.test.text')}
      actions={
        <Button size="small" onClick={() => test.setText(t('policies.test.sampleText'))}>
          {t('policies.test.sample')}
        </Button>
      }
    >
      <TextField
        multiline
        fullWidth
        minRows={3}
        maxRows={10}
        label={t('policies.test.label')}
        value={test.text}
        onChange={(event) => test.setText(event.target.value)}
        slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off' } }}
      />
      <Box sx={{ height: 4, mt: 1 }}>
        {test.busy && (
          <LinearProgress aria-label={t('policies.test.busy')} sx={{ borderRadius: 1 }} />
        )}
      </Box>
      {problem && <ErrorState problem={problem} onRetry={test.again} />}
      {!problem && !tried && (
        <Typography variant="body2" sx={{ color: 'text.secondary', mt: 1 }}>
          {t('policies.test.empty')}
        </Typography>
      )}
      {!problem && tried && (
        <Box aria-live="polite" sx={{ display: 'grid', gap: 2, mt: 1 }}>
          <Box>
            <Typography variant="h3">{t('policies.test.found')}</Typography>
            <TriedText text={tried.text} spans={tried.result.spans} letGo={tried.result.let_go} />
          </Box>
          <Box>
            <Typography variant="h3">{t('policies.test.safe')}</Typography>
            <Typography
              variant="body2"
              component="div"
              role="group"
              aria-label={t('policies.test.safe')}
              sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 1.9 }}
            >
              <SafeText text={tried.result.text} />
            </Typography>
          </Box>
          {tried.drafted ? (
            <Differences text={tried.text} result={tried.result} />
          ) : (
            <Alert role="note" severity="info" variant="outlined" icon={false}>
              {t('policies.test.live')}
            </Alert>
          )}
        </Box>
      )}
    </Section>
  );
}
