"""When things run by themselves: conditions, sensors and schedules."""
