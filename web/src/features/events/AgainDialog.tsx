import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '../../shared/components/ErrorState';
import type { Target } from './letters';
import { Moving } from './Moving';
import { useMove } from './useMove';

interface Props {
  target: Target;
  onClose: () => void;
  onDone: (note: string) => void;
}

/** Asks before several events are told again, as they are work for the server. */
export function AgainDialog({ target, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const { move, done, busy, problem } = useMove();
  const { count } = target;
  const confirm = async () => {
    const outcome = await move(target);
    if (!outcome.problem) onDone(t('events.again.done', { count: outcome.done }));
  };
  return (
    <Dialog open onClose={busy ? undefined : onClose} maxWidth="xs" aria-labelledby="again-title">
      <DialogTitle id="again-title">{t('events.again.title', { count })}</DialogTitle>
      <DialogContent>
        <DialogContentText>{t('events.again.text')}</DialogContentText>
        <Moving done={done} total={count} />
        {problem && <ErrorState problem={problem} />}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2.5 }}>
        <Button onClick={onClose} disabled={busy} autoFocus>
          {t('actions.cancel')}
        </Button>
        <Button variant="contained" loading={busy} onClick={() => void confirm()}>
          {t('events.again.confirm', { count })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
