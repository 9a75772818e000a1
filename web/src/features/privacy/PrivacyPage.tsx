import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../shared/components/PageHeader';
import { privacy } from '../../shared/i18n/en.privacy';
import { addWords } from '../../shared/i18n/late';
import { Findings } from './Findings';
import { typesOf } from './findings';
import { OperatorChoices } from './OperatorChoices';
import { SafeResult } from './SafeResult';
import { usePrivacyCheck } from './usePrivacyCheck';

addWords({ privacy });

export function PrivacyPage() {
  const { t } = useTranslation();
  const check = usePrivacyCheck();
  const types = typesOf(check.found?.spans ?? []);
  const blank = check.text.trim() === '';
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !blank) check.run();
  };
  return (
    <>
      <PageHeader title={t('privacy.title')} text={t('privacy.text')} />
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'repeat(2, minmax(0, 1fr))' },
        }}
      >
        <Card component="section" aria-labelledby="input-title" sx={{ p: { xs: 2, sm: 2.5 } }}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, mb: 1.5 }}>
            <Typography variant="h2" id="input-title" sx={{ flex: 1 }}>
              {t('privacy.input.title')}
            </Typography>
            <Button size="small" onClick={() => check.setText(t('privacy.input.sampleText'))}>
              {t('privacy.input.sample')}
            </Button>
            <Button size="small" color="inherit" disabled={check.text === ''} onClick={check.clear}>
              {t('privacy.input.clear')}
            </Button>
          </Box>
          <TextField
            multiline
            fullWidth
            minRows={6}
            maxRows={16}
            label={t('privacy.input.label')}
            placeholder={t('privacy.input.placeholder')}
            value={check.text}
            onChange={(event) => check.setText(event.target.value)}
            onKeyDown={onKeyDown}
            helperText={t('privacy.input.hint')}
            slotProps={{
              htmlInput: { spellCheck: false, autoComplete: 'off' },
              formHelperText: { sx: { mx: 0 } },
            }}
          />
          {types.length > 0 && (
            <Box sx={{ mt: 2 }}>
              <Typography variant="h3" sx={{ mb: 0.75 }}>
                {t('privacy.found.operator')}
              </Typography>
              <OperatorChoices types={types} choices={check.choices} onChoose={check.choose} />
            </Box>
          )}
          <Button
            variant="contained"
            disabled={blank}
            loading={check.running}
            onClick={check.run}
            sx={{ mt: 2.5 }}
          >
            {t('privacy.input.run')}
          </Button>
        </Card>
        <SafeResult
          result={check.result}
          loading={check.running}
          stale={check.stale}
          problem={check.problem}
          onRetry={check.run}
        />
        <Box sx={{ gridColumn: '1 / -1' }}>
          <Findings
            text={check.found?.text}
            spans={check.found?.spans}
            loading={check.detecting}
            problem={check.detectionProblem}
            onRetry={check.detectAgain}
          />
        </Box>
      </Box>
    </>
  );
}
