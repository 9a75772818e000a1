import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  usePrivacyCreateRecognizerMutation,
  usePrivacySaveRecognizerMutation,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import { EntityField } from './EntityField';
import { BLANK, type Form, faultsOf, formOf, KINDS, type Kind, type Spec, specOf } from './spec';

interface Props {
  spec?: Spec;
  onClose: () => void;
  onSaved: (name: string) => void;
}

const CODE = { fontFamily: 'monospace' };

/** Patterns, words or a server, by kind; a recognizer's name and kind stay. */
export function RecognizerForm({ spec, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const [create, creation] = usePrivacyCreateRecognizerMutation();
  const [save, saving] = usePrivacySaveRecognizerMutation();
  const [form, setForm] = useState<Form>(() => (spec ? formOf(spec) : BLANK));
  const [tried, setTried] = useState(false);
  const faults = faultsOf(form);
  const problem = problemOf(creation.error ?? saving.error);
  const set = (changed: Partial<Form>) => setForm((old) => ({ ...old, ...changed }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (faults.size > 0) return;
    const body = specOf(form, spec);
    const result = await (spec ? save({ name: spec.name, body }) : create({ body }));
    if (!result.error) onSaved(form.name);
  };
  type Texts = Exclude<keyof Form, 'kind' | 'entity' | 'wholeWords' | 'ignoreCase'>;
  const field = (name: Texts, hinted = true) => ({
    label: t(`policies.form.${name}`),
    value: form[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
    error: tried && faults.has(name),
    helperText: hinted ? t(`policies.form.${name as 'name'}Hint`) : undefined,
  });
  const switches = [
    ['ignoreCase', 'policies.lists.ignoreCase'],
    ['wholeWords', 'policies.lists.wholeWords'],
  ] as const;
  const remote = form.kind === 'remote';
  return (
    <Box component="form" noValidate onSubmit={(event) => void submit(event)}>
      <DialogTitle id="recognizer-title">
        {spec ? t('policies.form.change', { name: spec.name }) : t('policies.form.title')}
      </DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2 }}>
        <TextField
          select
          disabled={spec !== undefined}
          label={t('policies.form.kind')}
          value={form.kind}
          onChange={(event) => set({ kind: event.target.value as Kind })}
          slotProps={{ select: { native: true } }}
          sx={{ mt: 1 }}
        >
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`policies.recognizers.kind.${kind}`)}
            </option>
          ))}
        </TextField>
        {!spec && <TextField required autoFocus {...field('name')} />}
        <TextField {...field('description', false)} />
        {remote ? (
          <>
            <Alert role="note" severity="warning" variant="outlined">
              {t('policies.form.remoteWarning')}
            </Alert>
            <TextField required {...field('url')} />
            <TextField required multiline minRows={2} {...field('entities')} />
            <TextField type="number" {...field('timeout', false)} />
          </>
        ) : (
          <>
            <EntityField value={form.entity} onChange={(entity) => set({ entity })} />
            <TextField
              required
              multiline
              minRows={3}
              maxRows={12}
              {...field('lines')}
              label={t(`policies.form.${form.kind === 'list' ? 'words' : 'patterns'}`)}
              helperText={t(
                form.kind === 'list' ? 'policies.lists.lines' : 'policies.lists.patternsHint',
              )}
              slotProps={{ htmlInput: { spellCheck: false, style: CODE } }}
            />
            <TextField type="number" {...field('score')} />
            {form.kind === 'pattern' ? (
              <TextField multiline minRows={2} {...field('context')} />
            ) : (
              switches.map(([name, label]) => (
                <FormControlLabel
                  key={name}
                  control={
                    <Switch checked={form[name]} onChange={(_, on) => set({ [name]: on })} />
                  }
                  label={t(label)}
                />
              ))
            )}
          </>
        )}
        {problem && <ErrorState problem={problem} />}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2.5 }}>
        <Button onClick={onClose}>{t('actions.cancel')}</Button>
        <Button type="submit" variant="contained" loading={creation.isLoading || saving.isLoading}>
          {t('policies.form.save')}
        </Button>
      </DialogActions>
    </Box>
  );
}
