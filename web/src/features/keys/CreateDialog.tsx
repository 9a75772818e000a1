import Dialog from '@mui/material/Dialog';
import { useState } from 'react';
import { CreateForm } from './CreateForm';
import { MadeKey } from './MadeKey';

/** First the form, then the key, which is shown once and leaves only on purpose. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<string>();
  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      onClose={made ? undefined : onClose}
      aria-labelledby="create-title"
    >
      {made ? (
        <MadeKey value={made} onDone={onClose} />
      ) : (
        <CreateForm onMade={setMade} onCancel={onClose} />
      )}
    </Dialog>
  );
}
