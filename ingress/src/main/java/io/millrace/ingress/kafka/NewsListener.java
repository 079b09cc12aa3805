package io.millrace.ingress.kafka;

import org.apache.avro.specific.SpecificRecord;

/**
 * Hears what is said of one request on llm.replies, llm.results and llm.deltas; some of it may be
 * said twice.
 */
@FunctionalInterface
public interface NewsListener {

  /** Called on a thread that others wait for: hand over and return. */
  void onNews(SpecificRecord news);
}
