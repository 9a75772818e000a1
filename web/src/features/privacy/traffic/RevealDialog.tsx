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
import { usePrivacyRevealTrafficMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';

/** As the server asks for it. */
const SHORTEST = 3;
const LONGEST = 200;

interface Props {
  id: string;
  onClose: () => void;
  onSeen: (texts: string[]) => void;
}

/** Asks why somebody must see the texts as they came; nothing is shown before the server agrees. */
export function RevealDialog({ id, onClose, onSeen }: Props) {
  const { t } = useTranslation();
  const [reveal, { isLoading, error }] = usePrivacyRevealTrafficMutation();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const length = reason.trim().length;
  const wrong = length < SHORTEST || length > LONGEST;
  const problem = problemOf(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong) return;
    const { data } = await reveal({ passageId: id, revealBody: { reason: reason.trim() } });
    if (data) onSeen(data.texts);
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="reveal-title">
      <Box component="form" noValidate onSubmit={(event) => void submit(event)}>
        <DialogTitle id="reveal-title">{t('traffic.reveal.title')}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2.5 }}>
          <DialogContentText>{t('traffic.reveal.text')}</DialogContentText>
          <TextField
            autoFocus
            required
            multiline
            minRows={2}
            label={t('traffic.reveal.reason')}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            error={tried && wrong}
            helperText={
              tried && wrong
                ? t('traffic.reveal.wrong', { least: SHORTEST, most: LONGEST })
                : t('traffic.reveal.hint')
            }
          />
          {problem && <ErrorState problem={problem} />}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose}>{t('actions.cancel')}</Button>
          <Button type="submit" variant="contained" loading={isLoading}>
            {t('traffic.reveal.confirm')}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
