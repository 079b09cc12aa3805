package io.millrace.workers;

import java.util.List;

/**
 * The kinds that one package brings. Found on the class path by {@link java.util.ServiceLoader}, so
 * a package that names its implementation in {@code META-INF/services} is all there is to add.
 */
public interface ProviderKinds {

  List<ProviderKind> all();
}
