"""What each verb of the ``plan`` command does, in terms of the rooms above; ``cli`` only names them."""
