import Snackbar from '@mui/material/Snackbar';
import { type ReactNode, useState } from 'react';

const NOTE_MS = 6_000;

/** A short word about what was just done, said to screen readers too. */
export function useNote(): { note: ReactNode; tell: (text: string) => void } {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const tell = (said: string) => {
    setText(said);
    setOpen(true);
  };
  const note = (
    <Snackbar
      open={open}
      message={text}
      autoHideDuration={NOTE_MS}
      onClose={(_, why) => why !== 'clickaway' && setOpen(false)}
      slotProps={{ content: { role: 'status' } }}
    />
  );
  return { note, tell };
}
