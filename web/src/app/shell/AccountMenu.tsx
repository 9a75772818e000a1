import LogoutOutlined from '@mui/icons-material/LogoutOutlined';
import Avatar from '@mui/material/Avatar';
import Box from '@mui/material/Box';
import Divider from '@mui/material/Divider';
import IconButton from '@mui/material/IconButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGatewayGetCurrentSessionQuery } from '../../api/generated';
import { useSignOut } from './useSignOut';

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return words
    .filter((_, i) => i === 0 || i === words.length - 1)
    .map((word) => Array.from(word)[0]?.toUpperCase() ?? '')
    .join('');
}

export function AccountMenu() {
  const { t } = useTranslation();
  const { data } = useGatewayGetCurrentSessionQuery();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const signOut = useSignOut();
  const user = data?.user;
  return (
    <>
      <IconButton
        aria-label={t('account.label', { initials: initials(user?.name ?? '') })}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <Avatar
          sx={{
            width: '2rem',
            height: '2rem',
            fontSize: '0.8125rem',
            fontWeight: 620,
            bgcolor: 'marks.entity',
            color: 'marks.entityText',
          }}
        >
          {initials(user?.name ?? '')}
        </Avatar>
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {user && (
          <Box component="li" role="none" sx={{ px: 2, py: 1 }}>
            <Typography variant="body2" sx={{ fontWeight: 600 }}>
              {user.name}
            </Typography>
            <Typography variant="caption" component="div" sx={{ color: 'text.secondary' }}>
              {user.email}
            </Typography>
            <Typography variant="caption" component="div" sx={{ color: 'text.secondary' }}>
              {t('account.role', { role: user.role })}
            </Typography>
          </Box>
        )}
        <Divider component="li" role="none" sx={{ my: 0.5 }} />
        <MenuItem onClick={() => void signOut()}>
          <ListItemIcon>
            <LogoutOutlined fontSize="small" />
          </ListItemIcon>
          {t('account.signOut')}
        </MenuItem>
      </Menu>
    </>
  );
}
