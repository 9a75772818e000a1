import UploadFileOutlined from '@mui/icons-material/UploadFileOutlined';
import Accordion from '@mui/material/Accordion';
import AccordionDetails from '@mui/material/AccordionDetails';
import AccordionSummary from '@mui/material/AccordionSummary';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyCreateTableMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import { Section } from '../../../shared/components/Section';

const ACCEPTED = '.csv,.parquet,.json,.jsonl,.ndjson';
const SETTINGS = ['project_id', 'dataset', 'epsilon_budget', 'rows_per_person'] as const;
type Setting = (typeof SETTINGS)[number];

/** Takes a file, by a click or a drop; it goes up at once and is deleted after an hour. */
export function UploadForm({ onMade }: { onMade: (id: string) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [upload, { isLoading, error }] = usePrivacyCreateTableMutation();
  const [settings, setSettings] = useState<Partial<Record<Setting, string>>>({});
  const [over, setOver] = useState(false);
  const problem = problemOf(error);
  const send = async (file: File | undefined) => {
    if (!file || isLoading) return;
    const form = new FormData();
    for (const name of SETTINGS) {
      const value = settings[name]?.trim();
      if (value) form.append(name, value);
    }
    form.append('file', file);
    // The generated type describes the form's fields; the browser needs the form itself.
    const { data } = await upload({ body: form as never });
    if (data) onMade(data.id);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  };
  return (
    <Section title={t('tables.upload.title')} text={t('tables.upload.text')}>
      <Box
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        sx={{
          display: 'grid',
          justifyItems: 'center',
          gap: 1,
          p: 4,
          border: 2,
          borderStyle: 'dashed',
          borderRadius: 1,
          borderColor: over ? 'primary.main' : 'divider',
          bgcolor: over ? 'action.hover' : 'transparent',
        }}
      >
        <UploadFileOutlined sx={{ color: 'text.secondary' }} />
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t('tables.upload.choose')}
          accept={ACCEPTED}
          onChange={(event) => {
            void send(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
        <Button variant="contained" disabled={isLoading} onClick={() => input.current?.click()}>
          {t('tables.upload.choose')}
        </Button>
        <Typography variant="caption" sx={{ color: 'text.secondary' }}>
          {t('tables.upload.hint')}
        </Typography>
        {isLoading && (
          <LinearProgress
            aria-label={t('tables.upload.busy')}
            sx={{ width: '100%', borderRadius: 1 }}
          />
        )}
      </Box>
      <Accordion disableGutters elevation={0} sx={{ mt: 1, bgcolor: 'transparent' }}>
        <AccordionSummary sx={{ px: 0, color: 'primary.main', minHeight: '2.5rem' }}>
          <Typography variant="body2">{t('tables.upload.more')}</Typography>
        </AccordionSummary>
        <AccordionDetails
          sx={{
            px: 0,
            display: 'grid',
            gap: 2,
            gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' },
          }}
        >
          {SETTINGS.map((name) => (
            <TextField
              key={name}
              label={t(`tables.upload.${name}`)}
              helperText={t(`tables.upload.${name}_hint`)}
              value={settings[name] ?? ''}
              onChange={(event) => setSettings({ ...settings, [name]: event.target.value })}
            />
          ))}
        </AccordionDetails>
      </Accordion>
      {problem && <ErrorState problem={problem} />}
    </Section>
  );
}
