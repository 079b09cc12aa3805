package io.millrace.dispatcher.kafka;

import java.util.OptionalInt;
import org.apache.avro.specific.SpecificRecord;

/** A record on its way out: where to, and which partition if not the one of its key. */
record Outgoing(String topic, SpecificRecord value, OptionalInt partition) {}
