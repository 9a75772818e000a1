import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Card from '@mui/material/Card';
import { type ReactNode, useRef } from 'react';
import { Link } from 'react-router';
import { useRowKeys } from '../hooks/useRowKeys';

/** A list of rows that `j` and `k` move over. */
export function RowList({ label, children }: { label: string; children: ReactNode }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <Card>
      <Box
        component="ul"
        ref={list}
        aria-label={label}
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          '& > li + li': { borderTop: 1, borderColor: 'divider' },
        }}
      >
        {children}
      </Box>
    </Card>
  );
}

interface RowProps {
  to: string;
  current: boolean;
  children: ReactNode;
}

/** One row: Enter shows what it stands for beside the list. */
export function RowLink({ to, current, children }: RowProps) {
  return (
    <li>
      <ButtonBase
        component={Link}
        to={to}
        data-row
        aria-current={current ? 'true' : undefined}
        sx={{
          display: 'grid',
          width: '100%',
          textAlign: 'start',
          justifyContent: 'stretch',
          gap: 0.75,
          px: { xs: 2, sm: 2.5 },
          py: 1.5,
          borderInlineStart: '3px solid',
          borderInlineStartColor: (theme) =>
            current ? theme.vars?.palette.primary.main : 'transparent',
          bgcolor: current ? 'marks.own' : undefined,
          '&:hover': { bgcolor: 'action.hover' },
          '&:focus-visible': { outlineOffset: '-2px', bgcolor: 'action.hover' },
        }}
      >
        {children}
      </ButtonBase>
    </li>
  );
}
