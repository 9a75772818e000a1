import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../api/problem';
import { ErrorState } from './ErrorState';

interface Props {
  title: string;
  text: string;
  confirm: string;
  color?: 'primary' | 'error';
  busy: boolean;
  problem: Problem | undefined;
  onClose: () => void;
  onConfirm: () => void;
  children?: ReactNode;
}

/** Asks before something is done; it closes when the server has done it, not before. */
export function ConfirmDialog(props: Props) {
  const { title, text, confirm, color = 'error', busy, problem, children } = props;
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog
      open
      fullWidth
      maxWidth="xs"
      onClose={busy ? undefined : props.onClose}
      aria-labelledby={id}
    >
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2 }}>
        <DialogContentText>{text}</DialogContentText>
        {children}
        {problem && <ErrorState problem={problem} />}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2.5 }}>
        <Button onClick={props.onClose} disabled={busy} autoFocus={!children}>
          {t('actions.cancel')}
        </Button>
        <Button variant="contained" color={color} loading={busy} onClick={props.onConfirm}>
          {confirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
