package io.millrace.broker;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs another program's main class as a child that ends with its parent, for programs that cannot
 * be changed: {@code ChildMain <directory> <main class> [arguments]}. The directory is held while
 * the child lives, so a second one on the same data waits for a dying first and is refused by a
 * living one.
 */
public final class ChildMain {
  private ChildMain() {}

  public static void main(String[] args) throws Throwable {
    if (args.length < 2) {
      System.err.println("usage: ChildMain <directory> <main class> [arguments]");
      System.exit(2);
    }
    ParentWatch.start();
    try {
      DirectoryLock.acquire(Path.of(args[0]).toAbsolutePath().normalize());
    } catch (DirectoryInUseException refused) {
      System.err.println(refused.getMessage());
      System.exit(1);
    }
    var main = Class.forName(args[1]).getMethod("main", String[].class);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(args, 2, args.length));
    } catch (InvocationTargetException failure) {
      throw failure.getCause();
    }
  }
}
