package io.millrace.standalone.process;

import java.lang.reflect.Proxy;
import java.util.List;

/**
 * SIGTERM and Ctrl-C as calls. A shutdown hook would do for stopping in order, but a JVM that ends
 * by a signal exits with 143 or 130 and ignores a second Ctrl-C; an orderly stop exits with 0 and a
 * second Ctrl-C ends it at once. Through reflection, as {@code sun.misc.Signal} is the only way and
 * no supported API.
 */
public final class Signals {

  /** What a shell reports for a program ended by Ctrl-C. */
  public static final int EXIT_CODE_INTERRUPTED = 130;

  private Signals() {}

  /** Calls {@code stop} at the first signal; a second one ends the process. */
  public static void onStop(Runnable stop) {
    for (var name : List.of("INT", "TERM")) {
      onSignal(name, stop);
    }
  }

  private static void onSignal(String name, Runnable stop) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      var once = new Once(stop);
      var proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      once.call();
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> arguments != null && self == arguments[0];
                    default -> name;
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Another JVM, or one started with -Xrs: the hook still stops in order.
      Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop"));
    }
  }

  private static final class Once {
    private final Runnable stop;
    private boolean isCalled;

    Once(Runnable stop) {
      this.stop = stop;
    }

    // The JVM delivers every signal on a thread of its own.
    synchronized void call() {
      if (isCalled) {
        Runtime.getRuntime().halt(EXIT_CODE_INTERRUPTED);
      }
      isCalled = true;
      stop.run();
    }
  }
}
