import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** A key of the keyboard. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <Box
      component="kbd"
      sx={{
        px: 0.75,
        minWidth: '1.5rem',
        textAlign: 'center',
        border: 1,
        borderColor: 'divider',
        borderRadius: 0.75,
        bgcolor: 'background.paper',
        color: 'text.secondary',
        font: 'inherit',
        fontSize: '0.75rem',
        lineHeight: '1.35rem',
      }}
    >
      {children}
    </Box>
  );
}
