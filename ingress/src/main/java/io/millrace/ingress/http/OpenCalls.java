package io.millrace.ingress.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/** The calls of one event loop that are not answered yet, so that a stop can end them. */
final class OpenCalls {

  private final Set<OpenCall> calls = new LinkedHashSet<>();

  /** A call that lasts. */
  interface OpenCall {

    /** Ingress is about to stop: end now what loses nothing by it. */
    default void onDrain() {}

    /** Ingress stops: answer at once that it does. */
    void abandon();
  }

  void add(OpenCall call) {
    calls.add(call);
  }

  void remove(OpenCall call) {
    calls.remove(call);
  }

  void drain() {
    new ArrayList<>(calls).forEach(OpenCall::onDrain);
  }

  void abandon() {
    new ArrayList<>(calls).forEach(OpenCall::abandon);
  }
}
