import { useDispatch } from 'react-redux';
import { useNavigate } from 'react-router';
import { api, useGatewayDeleteCurrentSessionMutation } from '../../api/generated';

/** Ends the session and forgets everything that was read during it. */
export function useSignOut(): () => Promise<void> {
  const [deleteSession] = useGatewayDeleteCurrentSessionMutation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  return async () => {
    await deleteSession();
    await navigate('/sign-in', { replace: true });
    dispatch(api.util.resetApiState());
  };
}
