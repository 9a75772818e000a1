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
import { type ShownReply, usePrivacyCreateRevealMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import { CODES, type Code } from './codes';

interface Props {
  target: { session_id: string } | { conversation_id: string };
  /** Undefined: every value. */
  placeholders: string[] | undefined;
  onClose: () => void;
  onShown: (shown: ShownReply) => void;
}

/** Asks for a reason, as a code and in words; the log has it before anything is shown. */
export function RevealDialog({ target, placeholders, onClose, onShown }: Props) {
  const { t } = useTranslation();
  const [reveal, { isLoading, error }] = usePrivacyCreateRevealMutation();
  const [code, setCode] = useState<Code | ''>('');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const problem = problemOf(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (code === '' || text.trim() === '') return;
    const reason = { code, text: text.trim() };
    const { data } = await reveal({
      revealRequest: { ...target, ...(placeholders && { placeholders }), reason },
    });
    if (data) onShown(data);
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="vault-reveal">
      <Box component="form" noValidate onSubmit={(event) => void submit(event)}>
        <DialogTitle id="vault-reveal">
          {placeholders
            ? t('vault.reveal.title', { count: placeholders.length })
            : t('vault.reveal.titleAll')}
        </DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2.5 }}>
          <DialogContentText>{t('vault.reveal.text')}</DialogContentText>
          <TextField
            select
            required
            autoFocus
            label={t('vault.reveal.code')}
            value={code}
            onChange={(event) => setCode(event.target.value as Code | '')}
            error={tried && code === ''}
            helperText={tried && code === '' ? t('vault.reveal.codeWrong') : ' '}
            slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          >
            <option value="">{t('vault.reveal.choose')}</option>
            {CODES.map((each) => (
              <option key={each} value={each}>
                {t(`vault.code.${each}`)}
              </option>
            ))}
          </TextField>
          <TextField
            required
            label={t('vault.reveal.why')}
            value={text}
            onChange={(event) => setText(event.target.value)}
            error={tried && text.trim() === ''}
            helperText={t('vault.reveal.hint')}
            slotProps={{ htmlInput: { maxLength: 500 } }}
          />
          {problem && <ErrorState problem={problem} />}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose}>{t('actions.cancel')}</Button>
          <Button type="submit" variant="contained" loading={isLoading}>
            {t('vault.reveal.confirm')}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
