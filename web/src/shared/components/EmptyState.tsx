import Box from '@mui/material/Box';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import Typography from '@mui/material/Typography';
import type { ComponentType, ReactNode } from 'react';

interface Props {
  title: string;
  text?: ReactNode;
  icon?: ComponentType<SvgIconProps>;
  action?: ReactNode;
  heading?: 'h1' | 'h2' | 'h3';
}

/** What a page says when there is nothing to show, and what to do about it. */
export function EmptyState({ title, text, icon: Icon, action, heading = 'h2' }: Props) {
  return (
    <Box
      sx={{
        display: 'grid',
        justifyItems: 'center',
        textAlign: 'center',
        gap: 1.25,
        py: { xs: 5, sm: 8 },
        px: 2,
      }}
    >
      {Icon && (
        <Box
          sx={{
            display: 'grid',
            placeItems: 'center',
            width: '3.25rem',
            height: '3.25rem',
            borderRadius: '50%',
            bgcolor: 'marks.entity',
            color: 'marks.entityText',
          }}
        >
          <Icon />
        </Box>
      )}
      <Typography variant="h2" component={heading}>
        {title}
      </Typography>
      {text && (
        <Typography
          component="div"
          variant="body2"
          sx={{ color: 'text.secondary', maxWidth: '30rem' }}
        >
          {text}
        </Typography>
      )}
      {action && <Box sx={{ mt: 1 }}>{action}</Box>}
    </Box>
  );
}
