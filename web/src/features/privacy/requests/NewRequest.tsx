import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyCreateRequestMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import type { Asked } from './rights';

const KINDS = ['export', 'erasure'] as const;
const TARGETS = {
  customer: 'customer',
  conversation: 'conversation_id',
  session: 'session_id',
} as const;
type Target = keyof typeof TARGETS;

interface Props {
  onClose: () => void;
  onMade: (made: Asked) => void;
}

/** Asks for data or for their end; an erasure only after its word was typed. */
export function NewRequest({ onClose, onMade }: Props) {
  const { t } = useTranslation();
  const [create, { isLoading, error }] = usePrivacyCreateRequestMutation();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('export');
  const [target, setTarget] = useState<Target>('customer');
  const [id, setId] = useState('');
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const word = t('requests.new.word');
  const missing = {
    id: id.trim() === '',
    reason: reason.trim() === '',
    word: kind === 'erasure' && typed.trim().toLowerCase() !== word.toLowerCase(),
  };
  const problem = problemOf(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(missing).some(Boolean)) return;
    const { data } = await create({
      rightsRequest: { kind, [TARGETS[target]]: id.trim(), reason: reason.trim() },
    });
    if (data) onMade(data);
  };
  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      onClose={isLoading ? undefined : onClose}
      aria-labelledby="request-title"
    >
      <Box component="form" noValidate onSubmit={(event) => void submit(event)}>
        <DialogTitle id="request-title">{t('requests.new.title')}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2 }}>
          <TextField
            select
            autoFocus
            label={t('requests.kindLabel')}
            value={kind}
            onChange={(event) => setKind(event.target.value as (typeof KINDS)[number])}
            helperText={t(`requests.new.about.${kind}`)}
            slotProps={{ select: { native: true } }}
            sx={{ mt: 1 }}
          >
            {KINDS.map((each) => (
              <option key={each} value={each}>
                {t(`requests.kind.${each}`)}
              </option>
            ))}
          </TextField>
          <TextField
            select
            label={t('requests.fact.target')}
            value={target}
            onChange={(event) => setTarget(event.target.value as Target)}
            slotProps={{ select: { native: true } }}
          >
            {(Object.keys(TARGETS) as Target[]).map((each) => (
              <option key={each} value={each}>
                {t(`requests.target.${each}`)}
              </option>
            ))}
          </TextField>
          <TextField
            required
            label={t(`requests.new.id.${target}`)}
            value={id}
            onChange={(event) => setId(event.target.value)}
            error={tried && missing.id}
            helperText={t(
              target === 'customer' ? 'requests.new.customerHint' : 'requests.new.idHint',
            )}
            slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
          />
          <TextField
            required
            label={t('requests.fact.reason')}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            error={tried && missing.reason}
            helperText={t('requests.new.reasonHint')}
            slotProps={{ htmlInput: { maxLength: 500 } }}
          />
          {kind === 'erasure' && (
            <>
              <Alert role="note" severity="error" variant="outlined">
                {t('requests.new.warning')}
              </Alert>
              <TextField
                required
                label={t('requests.new.type', { word })}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                error={tried && missing.word}
                helperText={tried && missing.word ? t('requests.new.typeWrong', { word }) : ' '}
                slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
              />
            </>
          )}
          {problem && <ErrorState problem={problem} />}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose} disabled={isLoading}>
            {t('actions.cancel')}
          </Button>
          <Button
            type="submit"
            variant="contained"
            color={kind === 'erasure' ? 'error' : 'primary'}
            loading={isLoading}
          >
            {t(`requests.new.confirm.${kind}`)}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
