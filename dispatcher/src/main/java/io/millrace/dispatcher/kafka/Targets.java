package io.millrace.dispatcher.kafka;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Lane;
import io.millrace.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.avro.specific.SpecificRecord;

/** Names of the topics that decisions go to, looked up once. */
final class Targets {

  private record AttemptsOf(String provider, Lane lane) {}

  private final Topics topics;
  private final String results;
  private final String replies;
  private final String ledger;
  private final String callbacks;
  private final String deadLetters;
  private final String cancellations;
  private final Map<AttemptsOf, String> attempts = new HashMap<>();

  Targets(Topics topics) {
    this.topics = topics;
    this.results = topics.results().name();
    this.replies = topics.replies().name();
    this.ledger = topics.ledger().name();
    this.callbacks = topics.callbacks().name();
    this.deadLetters = topics.deadLetters().name();
    this.cancellations = topics.cancellations().name();
  }

  String results() {
    return results;
  }

  String replies() {
    return replies;
  }

  String ledger() {
    return ledger;
  }

  String callbacks() {
    return callbacks;
  }

  String deadLetters() {
    return deadLetters;
  }

  String cancellations() {
    return cancellations;
  }

  Outgoing of(String topic, SpecificRecord value) {
    return new Outgoing(topic, value, OptionalInt.empty());
  }

  Outgoing attempts(AttemptRequested attempt, int slot) {
    var name =
        attempts.computeIfAbsent(
            new AttemptsOf(attempt.getProvider(), attempt.getLane()),
            of -> topics.attempts(of.provider(), of.lane()).name());
    return new Outgoing(name, attempt, OptionalInt.of(slot));
  }
}
