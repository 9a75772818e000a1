import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { linesOf } from './model';

interface Props {
  label: string;
  hint?: string;
  lines: readonly string[];
  error?: boolean;
  onChange: (lines: string[]) => void;
}

/** A list as lines of text; empty lines count for nothing, but can be typed. */
export function LinesField({ label, hint, lines, error, onChange }: Props) {
  const [text, setText] = useState(lines.join('\n'));
  // What came from elsewhere (a discard, a roll back) replaces what was typed.
  const stale = linesOf(text).join('\n') !== lines.join('\n');
  return (
    <TextField
      multiline
      fullWidth
      minRows={2}
      maxRows={10}
      label={label}
      helperText={hint}
      error={error}
      value={stale ? lines.join('\n') : text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(linesOf(event.target.value));
      }}
      slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off' } }}
    />
  );
}
