import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { withRange } from '../../shared/range';
import type { Page } from '../pages';

interface Props {
  page: Page;
  current: boolean;
  onNavigate?: () => void;
  children?: ReactNode;
}

/** One page in the rail; one that is listed under another has no icon and stands further in. */
export function RailLink({ page, current, onNavigate, children }: Props) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const Icon = page.icon;
  return (
    <ButtonBase
      component={Link}
      to={page.ranged ? withRange(page.path, params) : page.path}
      onClick={onNavigate}
      aria-current={current ? 'page' : undefined}
      sx={{
        width: '100%',
        justifyContent: 'flex-start',
        gap: 1.5,
        px: 1.5,
        py: page.parent ? 0.625 : 1,
        pl: page.parent ? 5.75 : undefined,
        borderRadius: 1,
        color: current ? 'primary.main' : 'text.secondary',
        bgcolor: current ? 'marks.entity' : 'transparent',
        '&:hover': { bgcolor: current ? 'marks.entity' : 'action.hover' },
      }}
    >
      {Icon && <Icon fontSize="small" />}
      <Typography
        component="span"
        variant="body2"
        sx={{
          fontWeight: current ? 620 : 520,
          color: current ? 'inherit' : page.parent ? 'text.secondary' : 'text.primary',
        }}
      >
        {t(`nav.${page.id}`)}
      </Typography>
      {children}
    </ButtonBase>
  );
}
