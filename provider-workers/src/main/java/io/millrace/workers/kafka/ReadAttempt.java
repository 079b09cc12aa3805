package io.millrace.workers.kafka;

import io.millrace.schemas.AttemptRequested;
import org.apache.kafka.common.TopicPartition;

/** An attempt that was read from its topic and not yet taken. */
record ReadAttempt(TopicPartition partition, long offset, int bytes, AttemptRequested attempt) {}
