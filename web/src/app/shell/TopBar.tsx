import HelpOutlineOutlined from '@mui/icons-material/HelpOutlineOutlined';
import MenuOutlined from '@mui/icons-material/MenuOutlined';
import SearchOutlined from '@mui/icons-material/SearchOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { Kbd } from '../../shared/components/Kbd';
import { VISUALLY_HIDDEN } from '../../shared/components/VisuallyHidden';
import { pageOf } from '../pages';
import { AccountMenu } from './AccountMenu';
import { RangePicker } from './RangePicker';
import { ThemeSwitch } from './ThemeSwitch';

interface Props {
  onMenu: () => void;
  onPalette: () => void;
  onHelp: () => void;
}

const MAC = /mac/i.test(globalThis.navigator?.platform ?? '');

export function TopBar({ onMenu, onPalette, onHelp }: Props) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const page = pageOf(pathname);
  const ranged = page?.ranged && pathname === page.path;
  return (
    <Box
      component="header"
      sx={{
        position: 'sticky',
        top: 0,
        zIndex: 'appBar',
        display: 'flex',
        alignItems: 'center',
        gap: { xs: 0.5, sm: 1 },
        height: '4rem',
        px: { xs: 1, sm: 3, lg: 4 },
        bgcolor: 'background.paper',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <IconButton
        onClick={onMenu}
        aria-label={t('nav.open')}
        sx={{ display: { xs: 'inline-flex', md: 'none' } }}
      >
        <MenuOutlined />
      </IconButton>
      <Button
        onClick={onPalette}
        color="inherit"
        startIcon={<SearchOutlined />}
        aria-keyshortcuts="Control+K Meta+K"
        sx={{
          minWidth: 0,
          px: 1.5,
          color: 'text.secondary',
          border: 1,
          borderColor: 'divider',
          bgcolor: 'background.default',
          justifyContent: 'flex-start',
          width: { xs: 'auto', sm: '18rem' },
          '& .MuiButton-startIcon': { mr: { xs: 0, sm: 1 } },
        }}
      >
        <Box
          component="span"
          sx={(theme) => ({
            flex: 1,
            textAlign: 'start',
            [theme.breakpoints.down('sm')]: VISUALLY_HIDDEN,
          })}
        >
          {t('palette.open')}
        </Box>
        <Box component="span" aria-hidden sx={{ display: { xs: 'none', sm: 'inline-flex' } }}>
          <Kbd>{MAC ? '⌘K' : 'Ctrl K'}</Kbd>
        </Box>
      </Button>
      <Box sx={{ flex: 1 }} />
      {ranged && <RangePicker />}
      <Tooltip title={t('help.open')}>
        <IconButton
          onClick={onHelp}
          aria-label={t('help.open')}
          sx={{ display: { xs: 'none', sm: 'inline-flex' } }}
        >
          <HelpOutlineOutlined fontSize="small" />
        </IconButton>
      </Tooltip>
      <ThemeSwitch />
      <AccountMenu />
    </Box>
  );
}
