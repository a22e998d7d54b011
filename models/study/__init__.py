"""What each part of the hybrid update buys, measured over seeds: `groundswell study hybrid`."""
