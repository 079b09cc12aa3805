@NullMarked
package io.millrace.standalone.prices;

import org.jspecify.annotations.NullMarked;
