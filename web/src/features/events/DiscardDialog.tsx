import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DiscardReason } from '../../api/generated';
import { ErrorState } from '../../shared/components/ErrorState';
import type { Target } from './letters';
import { Moving } from './Moving';
import { useMove } from './useMove';

const REASONS = ['done-otherwise', 'not-needed', 'cannot-be-handled', 'test-data'] as const;
/** As the server wants it. */
const REFERENCE = /^[A-Z][A-Z0-9]{1,9}-[0-9]{1,6}$/;

interface Props {
  target: Target;
  onClose: () => void;
  onDone: (note: string) => void;
}

/** Asks why events shall be given up, and warns of what that means. */
export function DiscardDialog({ target, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<DiscardReason | ''>('');
  const [reference, setReference] = useState('');
  const [tried, setTried] = useState(false);
  const { move, done, busy, problem } = useMove();
  const { count } = target;
  const wrong = reference !== '' && !REFERENCE.test(reference);
  const confirm = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (reason === '' || wrong) return;
    const outcome = await move(target, { reason, reference: reference || undefined });
    if (!outcome.problem) onDone(t('events.discard.done', { count: outcome.done }));
  };
  return (
    <Dialog
      open
      onClose={busy ? undefined : onClose}
      maxWidth="xs"
      fullWidth
      aria-labelledby="discard-title"
    >
      <Box component="form" noValidate onSubmit={(event) => void confirm(event)}>
        <DialogTitle id="discard-title">{t('events.discard.title', { count })}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2.5 }}>
          <DialogContentText>{t('events.discard.text')}</DialogContentText>
          <TextField
            select
            required
            autoFocus
            label={t('events.discard.reason')}
            value={reason}
            onChange={(event) => setReason(event.target.value as DiscardReason | '')}
            error={tried && reason === ''}
            helperText={tried && reason === '' ? t('events.discard.required') : ' '}
            slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          >
            <option value="">{t('events.discard.choose')}</option>
            {REASONS.map((each) => (
              <option key={each} value={each}>
                {t(`events.discard.reasons.${each}`)}
              </option>
            ))}
          </TextField>
          <TextField
            label={t('events.discard.reference')}
            value={reference}
            onChange={(event) => setReference(event.target.value.trim())}
            error={tried && wrong}
            helperText={
              tried && wrong
                ? t('events.discard.referenceWrong')
                : t('events.discard.referenceHint')
            }
          />
          <Moving done={done} total={count} />
          {problem && <ErrorState problem={problem} />}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose} disabled={busy}>
            {t('actions.cancel')}
          </Button>
          <Button type="submit" variant="contained" color="error" loading={busy}>
            {t('events.discard.confirm', { count })}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
