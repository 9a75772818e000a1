import CloseOutlined from '@mui/icons-material/CloseOutlined';
import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useResponderGetDocumentQuery } from '../../api/generated';
import { QueryState } from '../../shared/components/QueryState';
import { SafeText } from '../../shared/components/SafeText';
import { formatDate } from '../../shared/format';
import type { Source } from './citations';
import { Quoted } from './Quoted';

interface Props {
  source: Source | undefined;
  onClose: () => void;
}

function Document({ source }: { source: Source }) {
  const { t } = useTranslation();
  const query = useResponderGetDocumentQuery({ documentId: source.documentId });
  return (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="20rem" />}>
      {(document) => (
        <>
          <Typography variant="h1" component="h2" id="source-title">
            <SafeText text={document.title} />
          </Typography>
          {document.updated_at && (
            <Typography variant="caption" sx={{ color: 'text.secondary' }}>
              {t('conversations.sources.updated', { date: formatDate(document.updated_at) })}
            </Typography>
          )}
          {document.content.map((passage) => {
            const cited = passage.id === source.passageId;
            return (
              <Box
                key={passage.id}
                component="section"
                ref={(element: HTMLElement | null) => {
                  if (cited) element?.scrollIntoView?.({ block: 'center' });
                }}
                sx={{
                  mt: 2,
                  pl: 2,
                  borderLeft: 3,
                  borderColor: cited ? 'primary.main' : 'transparent',
                }}
              >
                {passage.heading && (
                  <Typography variant="h3" component="h3">
                    <SafeText text={passage.heading} />
                  </Typography>
                )}
                <Typography
                  variant="body2"
                  sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
                >
                  <Quoted text={passage.text} quotes={cited ? source.quotes : []} lit />
                </Typography>
              </Box>
            );
          })}
        </>
      )}
    </QueryState>
  );
}

/** The whole document, with the cited passage in view and its quote marked. */
export function SourceDrawer({ source, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      anchor="right"
      open={source !== undefined}
      onClose={onClose}
      slotProps={{
        paper: {
          role: 'dialog',
          'aria-label': t('conversations.sources.title'),
          sx: { width: { xs: '100%', sm: '32rem' }, px: 3, pb: 3 },
        },
      }}
    >
      <Box
        sx={{
          display: 'flex',
          justifyContent: 'flex-end',
          position: 'sticky',
          top: 0,
          py: 1.5,
          bgcolor: 'background.paper',
        }}
      >
        <IconButton onClick={onClose} aria-label={t('actions.close')}>
          <CloseOutlined />
        </IconButton>
      </Box>
      {source && <Document source={source} />}
    </Drawer>
  );
}
